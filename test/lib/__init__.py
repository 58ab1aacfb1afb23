"""What tests share: private servers, processes, ports, waiting. Standard library only. See README.md."""
