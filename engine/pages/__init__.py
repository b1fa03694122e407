"""The pages that explain: what form they have, where they lie, and what is found in them."""
