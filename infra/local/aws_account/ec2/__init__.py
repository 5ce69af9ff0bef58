"""EC2 as AWS documents it, where moto is more forgiving."""
