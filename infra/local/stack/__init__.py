"""The embedded stack: every service on loopback, the real template deployed, the main job run."""
