"""Evidence: one page on a proposal, made from results, that a champion can attach to a vote.

It counts and shows, and judges nothing: no threshold is written in, since how many are enough is
for those to say who vote. ``contestants`` says who counts, ``standings`` what each was measured to
do, ``splits`` where they part, ``demands`` what the texts want; ``page`` makes one of it and writes
it as Markdown and as HTML.
"""
