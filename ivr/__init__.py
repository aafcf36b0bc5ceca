"""Call flows: their values, checks, interpreter and opening hours. Pure; knows only `callcenter.kernel`."""
