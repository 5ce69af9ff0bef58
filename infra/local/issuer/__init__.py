"""A small OpenID Connect issuer for the embedded stack: one key, a JWKS, tokens on request."""
