"""What Muster serves over HTTP."""
