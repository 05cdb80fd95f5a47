"""The closing job: publishes what is due, issues statements, writes their files and sends them."""
