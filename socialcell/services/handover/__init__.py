"""What leaves with an officer, and what leaves the cell as records of its own acts."""
