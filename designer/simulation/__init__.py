"""What-if simulation of a procedure: how long, how dear, how late, before anybody changes anything."""

from pathlib import Path as _Path

# A compiled core (compiled.py) would go on running the sources as they were before somebody changed them.
for _built in _Path(__file__).parent.glob("*.so"):
    _source = _built.with_name(_built.name.partition(".")[0] + ".py")
    if _source.exists() and _source.stat().st_mtime > _built.stat().st_mtime:
        raise ImportError(
            f"{_source.name} is newer than its compiled core. Run python -m designer.simulation.compiled, "
            "or remove designer/simulation/*.so"
        )
