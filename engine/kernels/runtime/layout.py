"""Layout of the op table and of the arrays that ops share."""

from __future__ import annotations

from engine.statistics import LAYER_COLUMNS, RUN_COLUMNS

# A row: header, then the op's slots.
ADDRESS = 0
SHARDS = 1          # parts into which threads that share an op divide it
TURN = 2            # how far behind this row the row is that takes this one's turn
TOGETHER = 3        # how many turns, from this one, threads share at once; 0 is 1
FIRST_SLOT = 4
ROW_LENGTH = 24

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
HELPERS = 18           # address of the board on which helpers look for work; 0: there are none
CONTROL_LENGTH = 19

# requested and hyper, float64: what may change between two steps.
LEARNING_RATE = 0
BATCH_SIZE = 1      # 0 is the whole training set
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
AVERAGING = 22      # which average is kept: engine.kernels.ops.averaging; 0: none
AVERAGING_DECAY = 23
AVERAGING_START = 24
REQUESTED_LENGTH = 25
# hyper alone: what a layer's own pair of rows has for L1, L2 and decay; NaN: as requested.
OWN_L1 = 25
OWN_L2 = 26
OWN_WEIGHT_DECAY = 27
HYPER_LENGTH = 28

# results, float64: what a step measured: the figures of the run, then what the loop keeps for
# itself, then LAYER_COLUMNS of every layer that learns.
LOSS = RUN_COLUMNS.index("loss")
VALIDATION_LOSS = RUN_COLUMNS.index("validation_loss")
VALIDATION_SCORE = RUN_COLUMNS.index("validation_accuracy")
RATE = RUN_COLUMNS.index("learning_rate")
GRADIENT_NORM = RUN_COLUMNS.index("gradient_norm")
CLIPPED_NORM = RUN_COLUMNS.index("clipped_norm")
SHOWN = len(RUN_COLUMNS)
CORRECT = SHOWN
VARIANCE = SHOWN + 1        # of the targets, for regression; 0 for classes
EPOCH_SUM = SHOWN + 2       # of the losses of the running epoch's items
EPOCH_LOSS = SHOWN + 3      # mean training loss of the last epoch
REDUCED = SHOWN + 4         # state of the plateau schedule: factor, smallest loss, epochs since
ITEMS = SHOWN + 7           # over how many the last loss is the mean: examples or steps, or the
                            # sum of their weights
EPOCH_ITEMS = SHOWN + 8     # the same, of the running epoch so far
AVERAGED = SHOWN + 9        # steps that are in the average of the weights
FIRST_STATISTIC = SHOWN + 10

GRADIENT_RMS = LAYER_COLUMNS.index("gradient_rms")
GRADIENT_MAX = LAYER_COLUMNS.index("gradient_max")
GRADIENT_ZERO_SHARE = LAYER_COLUMNS.index("gradient_zero_share")
GRADIENT_NONFINITE = LAYER_COLUMNS.index("gradient_nonfinite")
UPDATE_RATIO = LAYER_COLUMNS.index("update_ratio")
STATISTICS = len(LAYER_COLUMNS)

# sections of the table: section s is rows [sections[s], sections[s + 1]).
GATHER = 0
FORWARD = 1
OUTPUT = 2          # softmax or sigmoid, where somebody looks at predictions
LOSS_SECTION = 3
SCORE = 4
BACKWARD = 5
MEASURE = 6
UPDATE = 7
EXCHANGE = 8        # the average of the weights takes their place, or they come back
SECTIONS = 9
SECTION_NAMES = ("gather", "forward", "output", "loss", "score", "backward", "measure", "update",
                 "exchange")
