"""What we call things, and what each provider calls them. Pure functions, no calls."""
