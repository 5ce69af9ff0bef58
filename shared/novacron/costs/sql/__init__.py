"""Ad-hoc SQL over one tenant's cost rows. The tenant is no part of the text: the engine has that
tenant's files and can reach nothing else."""
