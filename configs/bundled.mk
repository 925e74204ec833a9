# From the corpora to the shipped checkpoint in one command:
#
#   make bundled SRC=FOLDER [BASE=intfloat/multilingual-e5-small]
#
# SRC holds your copies of the corpora: rured2, rured2_rbc, nerel, factrueval, bsnlp, news, and dev.jsonl, annotated
# articles of your own to measure on. A step that is done is not done again; a run that broke off goes on.
SRC ?= corpora
BASE ?= intfloat/multilingual-e5-small
CORPORA := build/corpora
CONVERTED := $(CORPORA)/rured2.jsonl $(CORPORA)/rured2_rbc.jsonl $(CORPORA)/nerel.jsonl $(CORPORA)/bsnlp.jsonl
HELD_OUT := $(CORPORA)/dev.jsonl $(CORPORA)/read_dev.jsonl $(CORPORA)/nerel_dev.jsonl $(CORPORA)/bsnlp_asia_bibi.jsonl $(CORPORA)/bsnlp_covid-19.jsonl
READ := $(CORPORA)/rured2_read.jsonl $(CORPORA)/news_read.jsonl $(CORPORA)/news_unsure.jsonl $(CORPORA)/news_sectors.jsonl
IE := $(DEV)/bin/ie
# what int8 and calibration are measured on
DEVS := $(CORPORA)/dev.jsonl $(CORPORA)/read_dev.jsonl data/news/dev.jsonl
# A round goes on with each of its seeds from one checkpoint. The second starts from the mean of the weights of the first;
# the mean of the second and of where it started is shipped. Weights can only be averaged where the runs share a start
# that has its classifier. Two runs side by side (`make -j2` with OMP_NUM_THREADS=1) take as long as two in turn.
FIRST := 1 2 3
LAST := 11 12
best = $(1:%=runs/bundled/%/best)
records = $(1:%=runs/bundled/%/best/train.json)
# run the recipe in the folder of the target with so many steps, or go on where that broke off
train = $(IE) train --config configs/bundled.yaml --set output.folder=runs/bundled/$* --set run.max_steps=$(1) \
  --set run.evaluate_every=$(1) $(if $(wildcard runs/bundled/$*/run.json),--resume)

.PHONY: bundled
bundled: runs/bundled/best/README.md

build/e5-ru-news: | $(DEV)/installed
	$(IE) model trim $(BASE) $@ --corpus $(SRC)/news --pieces 23400

$(CORPORA)/rured2.jsonl $(CORPORA)/rured2_rbc.jsonl: $(CORPORA)/%.jsonl: | $(DEV)/installed
	$(IE) data convert rured2 $(SRC)/$* $@

$(CORPORA)/factrueval.jsonl $(CORPORA)/bsnlp.jsonl: $(CORPORA)/%.jsonl: | $(DEV)/installed
	$(IE) data convert $* $(SRC)/$* $@

$(CORPORA)/bsnlp_%.jsonl: | $(DEV)/installed
	$(IE) data convert bsnlp $(SRC)/bsnlp/$* $@

$(CORPORA)/nerel.jsonl: | $(DEV)/installed
	$(IE) data convert nerel $(SRC)/nerel/train $@

$(CORPORA)/nerel_dev.jsonl: | $(DEV)/installed
	$(IE) data convert nerel $(SRC)/nerel/dev $@

$(CORPORA)/rured2_read.jsonl: $(CORPORA)/rured2.jsonl data/standoff/rured2.jsonl
	$(IE) data merge data/standoff/rured2.jsonl $< $@

$(CORPORA)/news_read.jsonl: data/standoff/news.jsonl | $(DEV)/installed
	$(IE) data merge $< $(SRC)/news $@

$(CORPORA)/news_unsure.jsonl $(CORPORA)/news_sectors.jsonl: $(CORPORA)/%.jsonl: data/standoff/%.jsonl | $(DEV)/installed
	$(IE) data merge $< $(SRC)/news $@

$(CORPORA)/read_dev.jsonl: data/standoff/news_dev.jsonl | $(DEV)/installed
	$(IE) data merge $< $(SRC)/news $@

$(CORPORA)/dev.jsonl: | $(DEV)/installed
	cp $(SRC)/dev.jsonl $@

$(call records,start): runs/bundled/%/best/train.json: build/e5-ru-news $(CONVERTED) $(READ) $(HELD_OUT)
	$(call train,700)

$(call records,$(FIRST)): runs/bundled/%/best/train.json: runs/bundled/start/best/train.json
	$(call train,1200) --set seed=$* --set base.name=runs/bundled/start/best --set optimizer.learning_rate=1.5e-4

# data/news in full, of which the runs before have read half as much
$(call records,$(LAST)): runs/bundled/%/best/train.json: runs/bundled/mean/train.json
	$(call train,1500) --set seed=$* --set base.name=runs/bundled/mean --set optimizer.learning_rate=1.5e-4 \
	  --set data.train.0.weight=1

runs/bundled/mean/train.json: $(call records,$(FIRST))
	rm -rf runs/bundled/mean
	$(IE) model average $(call best,$(FIRST)) --out runs/bundled/mean

runs/bundled/best/train.json: $(call records,$(LAST))
	rm -rf runs/bundled/best
	$(IE) model average $(call best,$(LAST)) runs/bundled/mean --out runs/bundled/best

runs/bundled/best/README.md: runs/bundled/best/train.json
	$(IE) model export runs/bundled/best $(DEVS:%=--dev %)
	rm runs/bundled/best/onnx/model.onnx
	$(IE) model calibrate runs/bundled/best $(DEVS:%=--data %)
	rm -rf build/evaluation
	$(IE) evaluate --model runs/bundled/best --data $(CORPORA)/dev.jsonl --output build/evaluation
	$(IE) model card runs/bundled/best --evaluation build/evaluation/evaluation.json --name "ie, bundled model" \
	  --licence mit --base-model intfloat/multilingual-e5-small --overwrite
