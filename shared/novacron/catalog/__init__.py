"""Instance types and prices: a dated snapshot that is shipped with the code."""
