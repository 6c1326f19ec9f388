"""Policy packs: who is told, in what order, when and how, as dated and sourced data (engine.md section 5)."""
