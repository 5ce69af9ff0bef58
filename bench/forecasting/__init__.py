"""Public daily series and what our forecast is compared with."""
