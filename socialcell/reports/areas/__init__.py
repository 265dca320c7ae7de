"""What is known of the city's areas in a span of time, in numbers."""
