"""What-if simulation of a procedure: how long, how dear, how late, before anybody changes anything."""
