"""Icons, trained sample models with their model cards, sample inputs."""
