"""What one environment has proven goes to another: image and model, by digest, byte for byte, nothing made anew."""
