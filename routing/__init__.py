"""Who gets which call: skills, queues, matching, ranking, overflow, blending. Pure; knows only `callcenter.kernel`."""
