"""What carries PlanSeek to a computer without a network: wheels for its system, an installer, a bill of materials."""
