"""What web servers keep of requests: forms, throttles, refused connections."""
