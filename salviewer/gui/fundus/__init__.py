"""The Fundus panel: a photograph of the eye at full size, what the map proposes as lesions, and what experts marked."""
