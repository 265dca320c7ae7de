"""socialcell: the workbench of a city government's social media cell."""
