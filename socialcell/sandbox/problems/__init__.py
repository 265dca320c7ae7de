"""Problems of the sandbox city: what is broken where, and what its people say of it."""
