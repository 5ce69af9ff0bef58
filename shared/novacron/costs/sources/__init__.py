"""What the clouds' billing exports say, as FOCUS rows."""
