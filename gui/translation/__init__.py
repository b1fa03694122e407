"""The network as a script of another library, beside it: what its lines say of which layer."""
