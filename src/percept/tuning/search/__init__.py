"""A search: trials of one configuration with other values, in processes on this machine or on a cluster; imports all."""
