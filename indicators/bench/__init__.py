"""`manage.py bench`: each job measured beside its own floor, in the same run.

A bench is a function in a file of `indicators/bench/benches/` (every file there is found by itself):

    @bench("page_overview", title=_("总览页面"))
    def page_overview(options: Options) -> Iterable[Measure]:
        user = nation.reader()          # raises Lacking, with how to make the data, where the nation is not loaded
        yield from page_bench("/", user, change=a_new_version)

What it gives are `Measure`s: a value beside its floor, if it has one, and the limits to hold (`most`, `least` for the value,
`most_ratio`, `least_ratio` for value ÷ floor). `timed_in_turn(rounds, job=…, floor=…)` runs jobs one after the other, round by
round, and gives each one's median seconds; `page_bench` (pages.py) is the closed loop of 8 clients against a real server.
A bench works on data of its own or rolls back: the database afterwards is as it was.
"""
