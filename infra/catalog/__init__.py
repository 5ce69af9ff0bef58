"""Makes the catalog snapshot; nothing here runs in the product."""
