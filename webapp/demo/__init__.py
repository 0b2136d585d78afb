"""The demonstration: offices, people and months of believable cases, made by the same commands people use."""
