"""The package behind the workbook on model drift and retraining.

Data flows one way::

    worlds, tables -> Batches -> backtest(learner, policy) -> history -> budget, plots, explore

Each module can be read in one sitting. Nothing is imported here, so that a kernel starts fast.
"""

__version__ = "0.1.0"
