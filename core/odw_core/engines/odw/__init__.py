"""The ODW and PandaCode dialect: what lies in ``.odw`` and ``.pandacode``, and what it means."""
