import sys

import visionkit

found = visionkit.Classifier(sys.argv[1]).classify(sys.argv[2])  # labels, input and task: from the file
for label, score in found:
    print(f"{found.name(label):<24} {score:.3f}")
