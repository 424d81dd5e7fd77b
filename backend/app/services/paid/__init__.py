"""What costs money: prices, ledger, leases, breaker."""
