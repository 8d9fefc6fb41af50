"""The sheet of sample pictures."""

from pathlib import Path

from matplotlib.figure import Figure

from helpers.made_up import MadeUp, study_of
from shoal.report.samples import crops, samples_figure


def test_samples_of_many_arms_are_wrapped_to_what_a_page_shows(tmp_path: Path) -> None:
    def sheet(arms: list[str], scales: tuple[int, ...]) -> Figure:
        made = MadeUp(arms=dict.fromkeys(arms, "ees"), scales=scales, samples=True)
        made.levels = dict.fromkeys(arms, 30.0)
        figure = samples_figure(crops(study_of(made, tmp_path / str(len(arms)))))
        assert figure is not None
        return figure

    few = sheet(["a", "b", "c", "d", "e", "f"], (3,))
    names = [f"arm{i}" for i in range(15)]
    many = sheet(names, (2, 3, 4))
    assert len(many.images) == 3 * 17  # one crop of each scale
    assert {text.get_text().split()[0] for text in many.texts} >= set(names)
    assert many.get_size_inches()[0] <= few.get_size_inches()[0]
