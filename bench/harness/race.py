"""Runs the jobs: contestants in turn, their answers checked, ratios pair by pair."""

import shutil

from . import camt, measure, search
from .contestants import disagreement
from .data import DataSet, make
from .jobs import MILLION, Goal
from .measure import Spread


class Race:
    """One run of the harness. `say` prints a line for people."""

    def __init__(self, options, folder, say):
        self.options = options
        self.folder = folder
        self.say = say

    def run(self, job):
        """The job's result as a JSON object."""
        self.say(f"\n== {job.name}: {job.what}")
        result = {"job": job.name, "what": job.what}
        result.update({"race": self.run_race, "memory": self.run_memory, "growth": self.run_growth,
                       "rules": self.run_rules, "camt": self.run_camt,
                       "search": self.run_search}[job.kind](job))
        return result

    # A race: A B C A B C ..., a ratio for each round.

    def run_race(self, job):
        data = self.make(job.data)
        contestants, missing = self.present(job)
        rounds = self.options.repeat or job.repeat
        runs = {each.name: [] for each in contestants}
        wrong = {}
        for turn in range(rounds):
            for each in list(contestants):
                try:
                    runs[each.name].append(self.once(each, data, wrong if turn == 0 else None))
                except measure.Failed as problem:
                    # The others go on; the job has failed all the same.
                    self.say(f"   {each.name} FAILED: {problem}")
                    wrong[each.name] = str(problem)
                    contestants.remove(each)
        runs = {each.name: runs[each.name] for each in contestants}
        result = {"data": job.data.name, "rounds": rounds, "threads": self.options.threads,
                  "missing": missing, "wrong": wrong,
                  "contestants": self.table(contestants, runs), "ratios": []}
        for goal in job.goals:
            ratio = self.ratio(goal, runs, wrong)
            if ratio:
                result["ratios"].append(ratio)
        return result

    def once(self, contestant, data, wrong):
        """One timed run; in the first round its answer is checked too."""
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        run = measure.run(contestant.command(data, str(out), self.options.threads),
                          self.options.threads, contestant.good_codes)
        if wrong is not None:
            fault = disagreement(contestant, data, out)
            if fault:
                wrong[contestant.name] = fault
                self.say(f"   {contestant.name} is WRONG: {fault}")
        return run

    def table(self, contestants, runs):
        rows = []
        self.say(f"   {'':<22} {'seconds':>9} {'min':>8} {'max':>8} {'MiB':>8}")
        for each in contestants:
            seconds = Spread.of([run.seconds for run in runs[each.name]])
            peak = max(run.peak_mib for run in runs[each.name])
            self.say(f"   {each.name:<22} {seconds.median:>9.3f} {seconds.least:>8.3f} "
                     f"{seconds.greatest:>8.3f} {peak:>8.0f}")
            rows.append({"name": each.name, "version": each.version, "seconds": seconds.as_dict(),
                         "peak_mib": round(peak, 1)})
        return rows

    def ratio(self, goal: Goal, runs, wrong):
        if goal.slower not in runs or goal.faster not in runs:
            return None
        pairs = zip(runs[goal.slower], runs[goal.faster])
        spread = Spread.of([slower.seconds / faster.seconds for slower, faster in pairs])
        comparable = goal.slower not in wrong and goal.faster not in wrong
        target = goal.target()
        verdict = "" if not target else "met" if goal.met(spread.median) else "NOT met"
        if not comparable:
            verdict = "not comparable: an answer is wrong"
        self.say(f"   {goal.text:<34} {spread.median:>7.2f}  ({spread.least:.2f} to "
                 f"{spread.greatest:.2f})  {target} {verdict}".rstrip())
        return {"ratio": goal.text, **spread.as_dict(), "target": target, "verdict": verdict}

    # Memory: the slope of the peak between two numbers of items, so that what every run needs
    # (buffers, code) does not count.

    def run_memory(self, job):
        sizes = [5 * MILLION, 10 * MILLION]
        kvitt = self.only(job)
        peaks = []
        for size in sizes:
            data = self.make(DataSet(size, 1000))
            runs = [self.once(kvitt, data, None) for _ in range(self.options.repeat or job.repeat)]
            peaks.append(min(run.peak_mib for run in runs))
        per_item = (peaks[1] - peaks[0]) * 2 ** 20 / (sizes[1] - sizes[0])
        timings = kvitt.timings(self.folder / "out")
        resident = timings["resident_bytes_items"] / timings["items"]
        self.say(f"   peak {peaks[0]:.0f} and {peaks[1]:.0f} MiB: {per_item:.1f} bytes per open item "
                 f"at the peak, {resident:.1f} resident as kvitt counts them")
        verdict = "met" if resident <= 110 else "NOT met"
        self.say(f"   bytes per open item {resident:.1f}  <= 110 {verdict}")
        return {"peak_mib": dict(zip(map(str, sizes), peaks)), "peak_bytes_per_item": per_item,
                "resident_bytes_per_item": round(resident, 1), "target": "<= 110", "verdict": verdict}

    # Growth: what an item costs at 10M and at 100M, by runs with hardly a payment, and whether
    # the big job goes through.

    def run_growth(self, job):
        kvitt = self.only(job)
        rounds = self.options.repeat or job.repeat
        cost = {}
        for size in (10 * MILLION, 100 * MILLION):
            data = self.make(DataSet(size, 1000))
            seconds = Spread.of([self.once(kvitt, data, None).seconds for _ in range(rounds)])
            cost[size] = seconds.median / size * 1e9
            self.say(f"   {size // MILLION}M items: {seconds.median:.2f} s, {cost[size]:.0f} ns an item")
        wrong = {}
        big = self.once(kvitt, self.make(DataSet(100 * MILLION, 10 * MILLION)), wrong)
        growth = cost[100 * MILLION] / cost[10 * MILLION]
        met = growth <= 1.4 and big.peak_mib < 16 * 1024 and not wrong
        self.say(f"   100M x 10M: {big.seconds:.1f} s, peak {big.peak_mib / 1024:.2f} GiB (< 16); an item "
                 f"costs {growth:.2f} times that at 10M (<= 1.4)  {'met' if met else 'NOT met'}")
        return {"nanoseconds_per_item": {str(size): round(value, 1) for size, value in cost.items()},
                "growth": round(growth, 3), "seconds": round(big.seconds, 2),
                "peak_gib": round(big.peak_mib / 1024, 2), "wrong": wrong,
                "verdict": "met" if met else "NOT met"}

    # Rules: the same numbers of records, with and without work for the later rules.

    def run_rules(self, job):
        kvitt = self.only(job)
        sets = {"exact alone": "empty,exact=1",
                "a tenth for rules 4 to 11": "empty,exact=90,repaired=4,text=3,payer=3"}
        size = 10 * MILLION
        data = {name: self.make(DataSet(size, size, mix=mix)) for name, mix in sets.items()}
        runs = {name: [] for name in sets}
        wrong = {}
        for turn in range(self.options.repeat or job.repeat):
            for name in sets:
                faults = {} if turn == 0 else None
                runs[name].append(self.once(kvitt, data[name], faults))
                if faults:
                    wrong[name] = next(iter(faults.values()))
        result = {"seconds": {name: Spread.of([run.seconds for run in each]).as_dict()
                              for name, each in runs.items()}}
        ratio = self.ratio(Goal(list(sets)[1], list(sets)[0], at_most=1.4), runs, wrong)
        return {**result, "wrong": wrong, "ratios": [ratio]}

    # Google Benchmark programs.

    def run_camt(self, job):
        return camt.run(self.options, self.say)

    def run_search(self, job):
        return search.run(self.options, self.say)

    def make(self, data):
        return make(data, self.folder, self.options.kvitt)

    def present(self, job):
        contestants = job.contestants(self.options.kvitt, self.folder, self.options.install)
        wanted = self.options.only
        if wanted:
            contestants = [each for each in contestants if each.name in wanted]
        missing = {each.name: each.missing for each in contestants if each.missing}
        for name, why in missing.items():
            self.say(f"   {name} is MISSING: {why}")
        return [each for each in contestants if not each.missing], missing

    def only(self, job):
        contestant = job.contestants(self.options.kvitt, self.folder, False)[0]
        if contestant.missing:
            raise measure.Failed(contestant.missing)
        return contestant
