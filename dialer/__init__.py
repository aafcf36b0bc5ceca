"""Campaigns: what the law forbids, when a lead is tried again, how fast to dial. Pure; knows only `callcenter.kernel`."""
