"""The one matrix product, from the registers of a vector unit up to panels on the stack."""
