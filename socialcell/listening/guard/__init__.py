"""The one judgement of what may be looked for, whichever way it is asked."""
