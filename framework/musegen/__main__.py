"""Entry point of ``python -m musegen``."""

from musegen.commands.main import main

raise SystemExit(main())
