"""Reading an issued plan: a document's bytes in, what it says out. By rules; nothing is invented.

Each stage is a function from data to data in a module of its own: `reader` bytes → blocks, `paragraphs` lines put together,
`outline` headings, `header`, `tasks` and `assignments`, `task_tables`, `milestones`, `indicator_tables`, `goals`, `glossary`,
`findings`; `read.read_document` runs them in order.
"""
