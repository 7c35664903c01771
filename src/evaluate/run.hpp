// What evaluations of all tasks have in common. Threads take batches in the order of the data set; each reads its
// pictures, waits for the network, judges. Outcomes are written and reported in the order of the data set, so that the
// results file has the same bytes for any number of threads. Batch k holds the same pictures whatever a results file
// has answered before, because some networks round a picture differently in another batch.
#pragma once

#include <visionkit/evaluate.hpp>

#include "evaluate/subject.hpp"

namespace visionkit {

Evaluation run_evaluation(Subject& subject, const EvaluateOptions& options);

}  // namespace visionkit
