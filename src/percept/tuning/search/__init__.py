"""A search: trials of one configuration with other values, in processes of this machine or a cluster; imports all."""
