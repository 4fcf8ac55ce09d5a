"""Everything that meets another vendor, each behind a narrow port."""
