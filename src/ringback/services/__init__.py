"""What the product does, one verb phrase a module: admit a call, answer it, route what it dials, keep its records."""
