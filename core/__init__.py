"""What every part agrees on: ISCO-08, the text cleaning, the CSV contract, settings, errors."""
