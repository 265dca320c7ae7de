"""Cases: what citizens ask of the city, who answers for it, and until when."""
