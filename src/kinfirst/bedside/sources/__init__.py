"""Where signals come from: files, a generator, messages; all behind one port."""
