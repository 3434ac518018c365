"""The Controller panel: how a mask's scores are distributed for the settings that one tries."""
