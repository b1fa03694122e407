"""Layout of the op table and of the arrays that ops share."""

from __future__ import annotations

# A row: header, then the op's slots.
ADDRESS = 0
SHARDS = 1
FIRST_SLOT = 2
ROW_LENGTH = 18

# control, int64: what the driver and the window tell each other.
STOP = 0            # 1 asks the driver to return after the running step
STEP = 1            # completed steps
EPOCH = 2           # completed epochs
POSITION = 3        # next example of the running epoch
BATCH = 4           # examples in the running batch
EXAMPLES = 5        # training examples
VALIDATION = 6      # validation examples that are measured
ORDER = 7           # address of the order in which examples are taken
TRAINING_ORDER = 8  # address of the training examples' order
VALIDATION_ORDER = 9
TRAINING = 10       # 1 while training, 0 while evaluating: dropout asks
SEED = 11
SHUFFLE = 12        # 1: a new order in every epoch
OPTIMIZER_STEP = 13  # steps since the optimizer's state was zero
NONFINITE = 14      # 1: the driver stopped before an update with such a number
HEAD = 15           # rows ever written to the ring
CAPACITY = 16       # examples that the arena has room for
WATCHED = 17        # 1: the driver returns after every epoch, since somebody looks at each
CREW = 18           # address of the board by which helpers share the work; 0: there are none
CONTROL_LENGTH = 19

# wishes and hyper, float64: what may change between two steps.
LEARNING_RATE = 0
BATCH_SIZE = 1      # wished; 0 is the whole training set
L1 = 2
L2 = 3
MOMENTUM = 4
BETA1 = 5
BETA2 = 6
RHO = 7
EPSILON = 8
WEIGHT_DECAY = 9
SCHEDULE = 10       # which one: engine.kernels.runtime.schedules.CODES
EVERY = 11
DECAY = 12
LENGTH = 13
START = 14
RISE = 15
FINAL = 16
PATIENCE = 17
THRESHOLD = 18
CLIP_VALUE = 19     # 0: no limit, as for the two below
CLIP_NORM = 20
MAX_NORM = 21
WISHES_LENGTH = 22
# hyper alone: what a layer's own pair of rows has for L1, L2 and decay; NaN takes the wishes'.
OWN_L1 = 22
OWN_L2 = 23
OWN_WEIGHT_DECAY = 24
HYPER_LENGTH = 25

# results, float64: what a step measured; after these, STATISTICS per layer that learns.
LOSS = 0
CORRECT = 1
VALIDATION_LOSS = 2
VALIDATION_SCORE = 3
VARIANCE = 4        # of the targets, for regression; 0 for classes
RATE = 5            # learning rate of the step
GRADIENT_NORM = 6   # of all gradients together, as the backward pass left them
CLIPPED_NORM = 7    # the same, after clipping
EPOCH_SUM = 8       # of the losses of the running epoch's items
EPOCH_LOSS = 9      # mean training loss of the last epoch
REDUCED = 10        # state of the plateau schedule: factor, smallest loss, epochs since
ITEMS = 13          # over how many the loss of the last batch is the mean: examples, or steps
EPOCH_ITEMS = 14    # the same, of the running epoch so far
FIRST_STATISTIC = 15

GRADIENT_RMS = 0
GRADIENT_MAX = 1
GRADIENT_ZERO_SHARE = 2
GRADIENT_NONFINITE = 3
UPDATE_RATIO = 4
STATISTICS = 5

# sections of the table: section s is rows [sections[s], sections[s + 1]).
GATHER = 0
FORWARD = 1
OUTPUT = 2          # softmax or sigmoid, where somebody looks at predictions
LOSS_SECTION = 3
SCORE = 4
BACKWARD = 5
MEASURE = 6
UPDATE = 7
SECTIONS = 8
